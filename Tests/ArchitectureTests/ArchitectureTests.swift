enum ArchitectureTestsPlaceholder {}
