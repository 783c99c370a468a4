enum SyncCoreTestsPlaceholder {}
