enum SyncCorePlaceholder {}
