enum CodecTestsPlaceholder {}
