enum SandboxQuickBooksOnlinePlaceholder {}
