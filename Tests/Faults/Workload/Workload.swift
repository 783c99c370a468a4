import RandomSupport

/// What people do, decided by a seed alone: for each customer the steps in their order.
struct Workload: Sendable, Equatable {
    let cases: [[Step]]

    /// Plans the steps.
    ///
    /// - Parameters:
    ///   - actions: how many steps there are in all, at the least.
    ///   - steps: the kinds that edits besides the main line may have.
    init(seed: UInt64, cases count: Int, actions: Int, steps: Set<Step.Kind> = Set(Step.Kind.allCases)) {
        var generator = SeededGenerator(seed: seed ^ 0x5EED_0F_AC71)
        let perCase = max(actions / max(count, 1) + 1, 8)
        cases = (0..<count).map { _ in Self.plan(perCase, steps, &generator) }
    }

    private init(cases: [[Step]]) { self.cases = cases }

    /// The same, but some customers never come.
    func without(_ numbers: Range<Int>) -> Workload {
        Workload(cases: cases.enumerated().map { numbers.contains($0.offset) ? [] : $0.element })
    }

    /// From the lead to the payment, with other edits in between.
    private static func plan(_ length: Int, _ steps: Set<Step.Kind>, _ generator: inout SeededGenerator) -> [Step] {
        let lines = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            Step.Line(
                quantity: Int.random(in: 1...4, using: &generator),
                cents: Int.random(in: 1_000...99_999, using: &generator))
        }
        let isSold = Int.random(in: 0..<10, using: &generator) > 0
        var chapters: [[Step]] = [[Step(.enterLead)]]
        if isSold {
            chapters += [
                [Step(.sell, lines: lines, amount: Int.random(in: 0...4, using: &generator))],
                visit(&generator), [Step(.closeJob)], payments(&generator),
            ]
        }
        let spare = max(length - chapters.reduce(0) { $0 + $1.count }, 0)
        var odd = Oddities()
        for _ in 0..<spare {
            let chapter = Int.random(in: 0..<chapters.count, using: &generator)
            let kind = odd.draw(after: chapter, among: steps, &generator)
            chapters[chapter].append(Step(kind, minutes: 60 * Int.random(in: 0...47, using: &generator)))
        }
        return chapters.flatMap(\.self)
    }

    private static func visit(_ generator: inout SeededGenerator) -> [Step] {
        var steps = [Step(.planVisit, minutes: 60 * Int.random(in: 0...23, using: &generator))]
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            steps.append(Step(.logTime, minutes: 15 * Int.random(in: 1...12, using: &generator)))
        }
        return steps
    }

    private static func payments(_ generator: inout SeededGenerator) -> [Step] {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: []
        case 1..<4: [Step(.pay, amount: 40), Step(.pay, amount: 100)]
        default: [Step(.pay, amount: 100)]
        }
    }

    /// Edits besides the main line; some make sense only once.
    private struct Oddities {
        private var isPhoneCorrected = false
        private var isWindowWished = false
        private var isNumberWritten = false

        mutating func draw(
            after chapter: Int, among steps: Set<Step.Kind>, _ generator: inout SeededGenerator
        ) -> Step.Kind {
            var kinds: [Step.Kind] = [.renameCustomer, .renameCustomer, .renameContact, .changeEmail]
            if chapter >= 1 {
                kinds += [.renameInField, .noteInField, .noteInField, .touchQuote]
                if !isPhoneCorrected { kinds.append(.correctPhoneInField) }
            }
            if chapter == 2 {
                kinds += [.moveVisit, .moveVisit]
                if !isWindowWished { kinds.append(.wishWindow) }
            }
            if chapter == 4, !isNumberWritten { kinds.append(.writeInvoiceNumber) }
            kinds.removeAll { !steps.contains($0) }
            let kind = kinds.randomElement(using: &generator) ?? .renameCustomer
            switch kind {
            case .correctPhoneInField: isPhoneCorrected = true
            case .wishWindow: isWindowWished = true
            case .writeInvoiceNumber: isNumberWritten = true
            default: break
            }
            return kind
        }
    }
}
