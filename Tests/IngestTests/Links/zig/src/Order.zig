//! A file that is a struct itself.
const lines = @import("store/lines.zig");
const Line = lines.Line;
const Order = @This();

name: []const u8,
first: Line,

pub const State = enum {
    open,
    closed,

    pub fn first() State {
        return .open;
    }

    pub fn isOpen(self: State) bool {
        return self == .open;
    }
};

state: State = .open,

pub fn init(name: []const u8) Order {
    return .{ .name = name, .first = Line.empty() };
}

pub fn add(self: *Order, line: Line) void {
    self.first.cost();
    line.cost();
    if (self.state.isOpen()) self.total();
}

pub fn total(self: Order) usize {
    return count(self.first);
}

fn count(line: Line) usize {
    return line.price;
}
