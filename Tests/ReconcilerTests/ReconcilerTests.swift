enum ReconcilerTestsPlaceholder {}
