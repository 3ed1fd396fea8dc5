enum QueryTestsPlaceholder {}
