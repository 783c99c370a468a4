enum SyncPolicyTestsPlaceholder {}
