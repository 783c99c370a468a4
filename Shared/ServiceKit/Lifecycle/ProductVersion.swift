/// The version of Plumbline that all of its programs show.
public enum ProductVersion {
    /// A version as in the changelog; before a release, that of the next with `-dev` behind it.
    public static let current = "0.1.0-dev"
}
