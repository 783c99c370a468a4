enum CanonicalModelTestsPlaceholder {}
