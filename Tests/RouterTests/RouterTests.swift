enum RouterTestsPlaceholder {}
