const main = @import("../main.zig");
const gone = @import("../gone.zig");
const config = @import("config");

pub const Worker = struct {
    pub fn start(self: Worker) void {
        _ = self;
        main.Shop.reset(undefined);
        main.helper();
        gone.helper();
        config.read();
    }
};

fn later() void {
    const made = main.List(u8);
    const call = main.callback();
    call();
    made.init().append(1);
}
