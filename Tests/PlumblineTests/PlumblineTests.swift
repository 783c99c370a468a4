enum PlumblineTestsPlaceholder {}
