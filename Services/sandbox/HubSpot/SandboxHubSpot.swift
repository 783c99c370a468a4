enum SandboxHubSpotPlaceholder {}
