enum SyncPolicyPlaceholder {}
