enum MessagingTestsPlaceholder {}
