enum IntegrationSupportPlaceholder {}
