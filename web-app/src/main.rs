//! The page: reads and writes the chain only through the node worker's messages (`client`), shows every figure with how
//! it is known (`components::mark`), and holds no word that is not in `locales/`.

mod charts;
mod client;
mod components;
mod deeds;
#[path = "../locales/en.rs"]
mod en;
mod happened;
mod json;
mod known;
mod origin;
mod pages;
mod router;
mod standing;
mod text;
mod words;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

fn main() {
    let Some(root) = document().get_element_by_id("app").and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return;
    };
    root.set_inner_html("");
    mount_to(root, || {
        client::Client::start();
        router::Router::start();
        standing::start();
        components::provide_evidence();
        components::shell(pages::page)
    })
    .forget();
}
