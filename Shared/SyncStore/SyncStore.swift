enum SyncStorePlaceholder {}
