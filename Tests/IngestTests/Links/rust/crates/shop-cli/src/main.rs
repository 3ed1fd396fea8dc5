mod args;

use args::Args;
use shop_core::model::Kind::{self, *};
use shop_core::prelude::*;
use shop_core::{check, ensure, Customer, Purchase};
use std::sync::Arc;

static DEFAULT: u32 = 3;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args = Args::parse();
    let store = Arc::new(shop_core::Memory(Vec::new()));
    let mut customer = Customer::new("x", store.clone());
    customer.pay(args.amount()).await?;
    tokio::spawn(async move {
        store.put("y");
        store.describe();
    });
    let order = Purchase::place(&customer, &args.gateway, args.gateway);
    let order: Order = order.unwrap();
    order.retry(args.gateway);
    let kinds = [Plain, Discount(DEFAULT), Kind::Named { name: String::new() }];
    kinds[0].rate();
    args::usage();
    setup();
    ensure!(check(args.count));
    shop_core::payments::refund(1);
    serde_json::to_string(&args)?;
    let shared: shop_core::Shared = Customer::new("y", store);
    shared.total();
    anything.total();
    Ok(())
}

fn setup() {
    std::mem::drop(missing());
}
