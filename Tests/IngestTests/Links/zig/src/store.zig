const Order = @import("Order.zig");
pub const Lines = @import("store/lines.zig");
const Self = @This();

pub var shared: Store = undefined;

pub const Store = struct {
    count: usize = 0,

    pub fn init() Store {
        return Store{ .count = 0 };
    }

    pub fn put(self: *Store, order: Order) !*Order {
        self.count += 1;
        hidden(self);
        return Self.keep(order);
    }

    pub fn clear(self: *Store) void {
        self.hidden();
    }

    fn hidden(self: *Store) void {
        _ = self;
    }

    pub fn iterator(self: *const Store) Iterator {
        return .{ .store = self };
    }

    pub const Iterator = struct {
        store: *const Store,

        pub fn next(it: *Iterator) ?*Order {
            it.store.clear();
            return null;
        }
    };
};

fn keep(order: Order) *Order {
    return &order;
}
