enum ConnectorKitPlaceholder {}
