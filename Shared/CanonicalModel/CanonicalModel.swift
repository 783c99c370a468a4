enum CanonicalModelPlaceholder {}
