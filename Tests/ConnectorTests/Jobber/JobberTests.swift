enum JobberTestsPlaceholder {}
