enum SegmentStoreTestsPlaceholder {}
