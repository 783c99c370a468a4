enum QuickBooksOnlinePlaceholder {}
