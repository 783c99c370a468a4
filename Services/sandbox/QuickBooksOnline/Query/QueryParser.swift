import Foundation

/// A statement of QuickBooks' query language.
struct QueryStatement: Sendable, Equatable {
    enum Operator: String, Sendable {
        case equal = "="
        case less = "<"
        case greater = ">"
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case like = "LIKE"
        case within = "IN"
    }

    struct Condition: Sendable, Equatable {
        let property: String
        let `operator`: Operator
        let values: [String]
    }

    struct Order: Sendable, Equatable {
        let property: String
        let isDescending: Bool
    }

    /// The columns; empty for all.
    var columns: [String] = []
    var isCount = false
    var entity = ""
    var conditions: [Condition] = []
    var orders: [Order] = []
    var start = 1
    var maximum: Int?
}

/// Reads a statement: no joins, no OR, quotes escaped by a backslash.
struct QueryParser {
    private enum Token: Equatable {
        case word(String)
        case text(String)
        case symbol(String)
    }

    private let tokens: [Token]
    private var position = 0

    static func parse(_ text: String) throws(QuickBooksFault) -> QueryStatement {
        var parser = QueryParser(tokens: try tokenize(text))
        return try parser.statement()
    }

    private init(tokens: [Token]) {
        self.tokens = tokens
    }

    // MARK: Tokens

    private static func tokenize(_ text: String) throws(QuickBooksFault) -> [Token] {
        var tokens: [Token] = []
        let characters = Array(text)
        var index = 0
        while index < characters.count {
            let character = characters[index]
            switch character {
            case "'":
                var value = ""
                index += 1
                while index < characters.count, characters[index] != "'" {
                    if characters[index] == "\\", index + 1 < characters.count { index += 1 }
                    value.append(characters[index])
                    index += 1
                }
                guard index < characters.count else { throw .badQuery("a quote is not closed") }
                index += 1
                tokens.append(.text(value))
            case "<", ">", "=":
                index += 1
                if character != "=", index < characters.count, characters[index] == "=" {
                    tokens.append(.symbol("\(character)="))
                    index += 1
                } else {
                    tokens.append(.symbol(String(character)))
                }
            case "(", ")", ",", "*", ";":
                index += 1
                if character != ";" { tokens.append(.symbol(String(character))) }
            case _ where character.isWhitespace: index += 1
            case _ where character.isLetter || character.isNumber || "_.-+:".contains(character):
                var word = ""
                while index < characters.count,
                    characters[index].isLetter || characters[index].isNumber || "_.-+:".contains(characters[index])
                {
                    word.append(characters[index])
                    index += 1
                }
                tokens.append(.word(word))
            default: throw .badQuery("Encountered \"\(character)\" where it is not expected")
            }
        }
        return tokens
    }

    private var next: Token? { position < tokens.count ? tokens[position] : nil }

    private mutating func take() -> Token? {
        defer { position += 1 }
        return next
    }

    private mutating func takeKeyword(_ keyword: String) -> Bool {
        guard case .word(let word)? = next, word.uppercased() == keyword else { return false }
        position += 1
        return true
    }

    private mutating func takeSymbol(_ symbol: String) -> Bool {
        guard next == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func word(_ what: String) throws(QuickBooksFault) -> String {
        guard case .word(let word)? = take() else { throw .badQuery("\(what) is expected") }
        return word
    }

    private mutating func number(_ what: String) throws(QuickBooksFault) -> Int {
        guard let number = Int(try word(what)) else { throw .badQuery("\(what) must be a number") }
        return number
    }

    // MARK: Grammar

    private mutating func statement() throws(QuickBooksFault) -> QueryStatement {
        var statement = QueryStatement()
        guard takeKeyword("SELECT") else { throw .badQuery("a statement starts with SELECT") }
        try columns(&statement)
        guard takeKeyword("FROM") else { throw .badQuery("FROM is expected") }
        statement.entity = try word("an entity")
        if takeKeyword("WHERE") {
            repeat { statement.conditions.append(try condition()) } while takeKeyword("AND")
        }
        if case .word(let word)? = next, ["ORDER", "ORDERBY"].contains(word.uppercased()) {
            position += 1
            if word.uppercased() == "ORDER", !takeKeyword("BY") { throw .badQuery("BY is expected after ORDER") }
            repeat {
                let property = try self.word("a property")
                let isDescending = takeKeyword("DESC")
                if !isDescending { _ = takeKeyword("ASC") }
                statement.orders.append(.init(property: property, isDescending: isDescending))
            } while takeSymbol(",")
        }
        while let token = next {
            guard case .word(let word) = token else { throw .badQuery("something follows the statement") }
            position += 1
            switch word.uppercased() {
            case "STARTPOSITION": statement.start = try number("STARTPOSITION")
            case "MAXRESULTS": statement.maximum = try number("MAXRESULTS")
            case "OR": throw .badQuery("OR is not supported")
            default: throw .badQuery("Encountered \"\(word)\" where it is not expected")
            }
        }
        guard statement.start >= 1 else { throw .badQuery("STARTPOSITION must be at least 1") }
        guard (0...1_000).contains(statement.maximum ?? 0) else { throw .badQuery("MAXRESULTS must be at most 1000") }
        return statement
    }

    private mutating func columns(_ statement: inout QueryStatement) throws(QuickBooksFault) {
        if takeKeyword("COUNT") {
            guard takeSymbol("("), takeSymbol("*"), takeSymbol(")") else { throw .badQuery("COUNT takes (*)") }
            statement.isCount = true
            return
        }
        var wantsAll = false
        repeat {
            if takeSymbol("*") { wantsAll = true } else { statement.columns.append(try word("a column")) }
        } while takeSymbol(",")
        if wantsAll { statement.columns = [] }
    }

    private mutating func condition() throws(QuickBooksFault) -> QueryStatement.Condition {
        let property = try word("a property")
        if takeKeyword("IN") {
            guard takeSymbol("(") else { throw .badQuery("IN takes a list in parentheses") }
            var values: [String] = []
            repeat { values.append(try value()) } while takeSymbol(",")
            guard takeSymbol(")") else { throw .badQuery("a closing parenthesis is expected") }
            return .init(property: property, operator: .within, values: values)
        }
        if takeKeyword("LIKE") { return .init(property: property, operator: .like, values: [try value()]) }
        guard case .symbol(let symbol)? = take(), let `operator` = QueryStatement.Operator(rawValue: symbol) else {
            throw .badQuery("=, <, >, <=, >=, LIKE or IN is expected after \(property)")
        }
        return .init(property: property, operator: `operator`, values: [try value()])
    }

    private mutating func value() throws(QuickBooksFault) -> String {
        switch take() {
        case .text(let text)?: return text
        case .word(let word)?:
            let isPlain = Decimal(string: word) != nil && word.first?.isLetter == false
            guard isPlain || ["true", "false"].contains(word.lowercased()) else {
                throw .badQuery("the value \(word) must be in quotes")
            }
            return word
        default: throw .badQuery("a value is expected")
        }
    }
}
