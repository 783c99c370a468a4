enum VendorHTTPPlaceholder {}
