//! What the macro accepts, and the words with which it refuses the rest.

use crate::attributes::ModuleArguments;
use crate::generate::module;
use syn::parse_quote;

fn arguments() -> ModuleArguments {
    parse_quote!(version = "1.2.3", schema = 4, reads = [2, 3], name = "other")
}

fn refused(item: &str) -> String {
    module(arguments(), syn::parse_str(item).unwrap()).expect_err("refused").to_string()
}

#[test]
fn reads_its_arguments() {
    let read = arguments();
    assert_eq!(
        (read.version, read.schema, read.reads, read.name.as_deref()),
        (Some([1, 2, 3]), 4, vec![2, 3], Some("other"))
    );
    for (wrong, words) in [
        ("version = \"1.0.0\"", "`schema = 1` is missing"),
        ("version = \"1.0\", schema = 1", "three numbers"),
        ("version = \"1.0.x.0\", schema = 1", "three numbers"),
        ("version = \"1.0.70000\", schema = 1", "three numbers"),
        ("versoin = \"1.0.0\"", "expected `version`"),
    ] {
        let Err(error) = syn::parse_str::<ModuleArguments>(wrong) else { panic!("{wrong} was accepted") };
        assert!(error.to_string().contains(words), "{wrong}: {error}");
    }
}

#[test]
fn makes_exports_with_their_guards() {
    let item = parse_quote! {
        mod m {
            #[storage]
            struct S { a: Item<u32> }
            impl S {
                #[query]
                fn get_a(&self) -> u32 { 1 }
                #[setter(parameter = "a", getter = "get_a", max = 5)]
                fn set_a(&mut self, a: u32) {}
                #[call(payable)]
                fn pay(&mut self) -> Result<(), E> { Ok(()) }
                #[call(direct)]
                fn add(&self, a: u64, b: bool) -> u64 { a }
            }
        }
    };
    let code = module(arguments(), item).unwrap().to_string();
    let body = |name: &str| {
        let from = code.find(&format!("pub fn {name} ()")).unwrap_or_else(|| panic!("no export {name}"));
        code[from..].split("export_name").next().unwrap().to_owned()
    };
    assert!(body("set_a").contains("require_governance") && body("set_a").contains("require_within"));
    assert!(body("set_a").contains("refuse_value") && !body("pay").contains("refuse_value"));
    assert!(!body("get_a").contains("require_governance"));
    assert!(body("pay").contains("entry :: unwrap"), "an Err fails the call");
    assert!(!code.contains("pub fn add ()") && code.contains("export_name = \"add\""), "direct entries take integers");
    assert!(!code.contains("# [storage]") && !code.contains("# [query]"), "annotations are gone");
}

#[test]
fn refuses_in_words() {
    for (inside, words) in [
        ("struct S;", "#[storage]"),
        ("#[storage] struct S;", "named fields"),
        ("#[storage] struct S {} #[storage] struct T {}", "one storage struct"),
        ("#[storage] enum S {}", "are structs"),
    ] {
        let error = refused(&format!("mod m {{ {inside} }}"));
        assert!(error.contains(words), "{inside}: {error}");
    }
    assert!(refused("mod m;").contains("inline"));
    for (entries, words) in [
        ("#[call] fn f() {}", "`&self` or `&mut self`"),
        ("#[call] fn f(self) {}", "`&self` or `&mut self`"),
        ("#[call] fn f(&self, (a, b): (u8, u8)) {}", "plain names"),
        ("#[call] #[query] fn f(&self) {}", "one kind"),
        ("#[query(payable)] fn f(&self) {}", "only constructor and call take ZRA"),
        ("#[setter] fn f(&self, a: u8) {}", "names its parameter"),
        ("#[setter(parameter = \"a\", getter = \"g\")] fn f(&self) {}", "one value"),
        ("#[setter(parameter = \"a\", getter = \"g\")] fn f(&self, a: u8) {}", "no such entry"),
        ("#[migration] fn f(&mut self, a: u8) {}", "answers the next cursor"),
        ("#[migration] fn f(&mut self, a: u8, b: u8) -> u8 { a }", "or a cursor"),
        ("#[invariant] fn f(&self, a: u8) -> u8 { a }", "no arguments"),
        ("#[invariant] fn f(&self) {}", "answers something"),
        ("#[health] fn f(&self) {}", "answers a bool"),
        ("#[call(direct)] fn f(&self) {}", "nothing to pass"),
        ("#[call(fast)] fn f(&self) {}", "unknown option"),
        ("#[migration] fn f(&mut self) {} #[migration] fn g(&mut self) {}", "at most one"),
    ] {
        let error = refused(&format!("mod m {{ #[storage] struct S {{}} impl S {{ {entries} }} }}"));
        assert!(error.contains(words), "{entries}: {error}");
    }
}
