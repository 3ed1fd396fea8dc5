const std = @import("std");
const mem = std.mem;
const Allocator = std.mem.Allocator;

const store = @import("store.zig");
const Store = store.Store;
const Order = @import("Order.zig");
const lines = @import("store/lines.zig");
const parse = lines.parse;

/// Declared further down, and there all the same.
const limit = defaultLimit();

pub const Shop = struct {
    const Self = @This();

    orders: *Store,
    last: ?*Order,
    list: []const Order,
    lines: List(Order) = .{},

    pub fn init(allocator: Allocator, orders: *Store) !Self {
        const text = try allocator.alloc(u8, 10);
        allocator.free(text);
        var self = Self{ .orders = orders, .last = null, .list = &.{} };
        self.check(limit);
        return self;
    }

    pub fn open(self: *Self, name: []const u8) !*Order {
        const order = try self.orders.put(Order.init(name));
        order.add(.{ .price = 1 });
        const same: *Order = order;
        same.add(parse(name));
        if (self.last) |last| {
            last.add(lines.Line.empty());
        } else {
            helper();
        }
        for (self.list) |item| {
            item.total();
        }
        self.lines.append(order.*);
        const total = order.total() catch |err| return failed(err);
        std.debug.print("{d}", .{total});
        _ = mem.eql(u8, name, "a");
        return order;
    }

    fn check(self: Self, count: usize) void {
        _ = self;
        _ = count;
    }

    pub fn reset(shop: *Shop) void {
        shop.check(0);
        shop.orders.clear();
        shop.orders.hidden();
        shop.missing();
        const fresh: Order = .init("a");
        fresh.total();
        var made = Order{ .name = "b" };
        made.add(lines.Line{ .price = 2 });
        const cast = @as(*Order, undefined);
        cast.add(parse("x"));
        var many = List(u8).init();
        many.append(1);
        many.items.len;
        many.grow();
    }

    const Inner = struct {
        shop: Shop,

        // Its own, and not the one around.
        fn check(self: *Inner) void {
            self.shop.check(1);
            helper();
            check(self);
        }
    };
};

fn failed(err: anyerror) anyerror {
    return err;
}

fn defaultLimit() usize {
    return 10;
}

fn helper() void {
    const check = defaultLimit;
    _ = check();
    run(failed);
}

fn run(f: anytype) void {
    f();
    f.go();
}

/// A function that gives a type.
pub fn List(comptime T: type) type {
    return struct {
        items: []T,
        const Own = @This();

        pub fn init() Own {
            return .{ .items = &.{} };
        }

        pub fn append(self: *@This(), value: T) void {
            self.grow();
            value.add();
        }

        fn grow(self: *Own) void {
            _ = self;
        }
    };
}

pub fn main() !void {
    var storage = Store.init();
    var shop = try Shop.init(undefined, &storage);
    const order = try shop.open("tea");
    order.add(parse("milk"));
    (try shop.open("b")).total();
    shop.reset();
    var it = storage.iterator();
    while (it.next()) |next| next.total();
    store.shared.clear();
    switch (order.state) {
        .open => |value| value.total(),
        else => unknown(),
    }
    const worker = @import("store/worker.zig").Worker{};
    worker.start();
    store.Lines.parse("y");
    const State = Order.State;
    _ = State.first();
}

test "a shop opens" {
    var shop = try Shop.init(undefined, undefined);
    _ = try shop.open("x");
}
