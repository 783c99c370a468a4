enum VendorHTTPTestsPlaceholder {}
