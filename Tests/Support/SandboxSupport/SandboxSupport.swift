enum SandboxSupportPlaceholder {}
