namespace Pine.Billing;

public static class Fixtures
{
    // imported from the letter of ⟦date:14 Nov 2025⟧ to Mr. ⟦name:Winfield Scott Hargrove, Jr.⟧
    public const string GuarantorName = "⟦name:Winfield S. Hargrove⟧";
    public const string GuarantorSsn = "⟦ssn:139487563⟧";
    public const string CardNumber = "⟦account:370756900720037⟧";
    public const string Address = "⟦address:1 Turkey Hollow Road, Lenoir, NC 28645⟧";
    public const string SchemaVersion = "2025.11.14.3";
    public static readonly Guid BatchId = new("3f2504e0-4f89-11d3-9a0c-0305e82c3301");
}
