/// A policy document with ten faults, each of another kind.
public enum FaultyPolicy {
    /// The document.
    public static let text = """
        version: 1
        settings:
          conflict_window: soon
        lists:
          in_progres: [started]
        triggers:
          - effect: create_job
            when: { entity: estimate, passed: aproved }
        entities:
          customer:
            fields:
              name: { owner: crm, flows_to: [fsm, crm] }
              fone: { owner: crm }
              email: { flows_to: [fsm] }
              phone: { owner: [crm, fsm] }
              website: { owner: marketing }
              industry: { owner: crm }
              industry: { owner: fsm }
          estimate:
            fields:
              status: { owner: crm }
        \t  total: { owner: crm }

        """

    /// The line of each fault.
    public static let lines = [3, 5, 8, 12, 13, 14, 15, 16, 18, 22]
}
