enum SandboxKitPlaceholder {}
