enum SandboxJobberPlaceholder {}
