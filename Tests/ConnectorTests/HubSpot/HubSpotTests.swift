enum HubSpotTestsPlaceholder {}
