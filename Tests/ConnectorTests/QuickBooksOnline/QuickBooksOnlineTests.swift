enum QuickBooksOnlineTestsPlaceholder {}
