enum ConnectorKitTestsPlaceholder {}
