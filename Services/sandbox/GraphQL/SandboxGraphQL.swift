enum SandboxGraphQLPlaceholder {}
