//! What is told of functions.

use crate::cmd::print::tests::output;

/// `mov ebx, edi; mov [rsp-8], esi; mov eax, ebx; ret`
fn said(line: &str) -> String {
    output("malloc://64", &format!("wx 89fb897424f889d8c3; af; {line}"))
}

#[test]
fn variables_are_listed_renamed_typed_and_forgotten() {
    assert!(said("afv").starts_with("arg int64_t arg1 @ rdi\narg int64_t arg2 @ rsi\n"));
    assert!(said("afvn count arg1; afvt count uint32_t; afv").starts_with("arg uint32_t count @ rdi\n"));
    assert_eq!(said("afvr; afv- *; afv"), "arg int64_t arg1 @ rdi\narg int64_t arg2 @ rsi\n");
    assert_eq!(said("afvR arg1"), "      arg1  0x0\n");
    assert!(said("afv=").starts_with("* arg1\nR 0x0  mov ebx, edi\n"));
    assert!(said("afvn a nosuch").contains("no variable 'nosuch' (afv lists them)"));
    assert!(said("afvn arg2 arg1").contains("'arg2' already"));
    assert!(said("afvn a;b arg1").contains("old name"));
    let json: serde_json::Value = serde_json::from_str(&said("afvj")).unwrap();
    assert_eq!(json["reg"][1]["ref"], "rsi");
}

#[test]
fn signatures_follow_the_convention() {
    assert_eq!(said("afs"), "void fcn.00000000 (int64_t arg1, int64_t arg2);\n");
    assert_eq!(said("afc; afc ms; afc"), "amd64\nms\n");
    assert!(said("afc nosuch").contains("afcl lists them"));
    let json: serde_json::Value = serde_json::from_str(&said("afsj")).unwrap();
    assert_eq!((&json["argc"], &json["args"][0]["cc"]), (&2.into(), &"rdi".into()));
}
