//! English: making, keeping and using keys. Part of `en`.
#![allow(missing_docs, reason = "each constant is its own documentation: the sentence")]

pub const KEYS_NOTE: &str = "They never leave this browser unless you export them.";
pub const KEYS_RW: &str = "{0} keys read, {1} written";
pub const KEY_ACTIVE: &str = "signs now";
pub const KEY_ANOTHER: &str = "Add another key";
pub const KEY_BACKUP_FIRST: &str = "With a backup: twelve words to write down. They bring the key back on any device.";
pub const KEY_BUSY: &str = "Making and storing the key.";
pub const KEY_CONFIRM_WHY: &str = "Write the words down first: nobody can show them again.";
pub const KEY_DEVICE: &str = "Make a device key";
pub const KEY_DEVICE_LABEL: &str = "cannot be recovered";
pub const KEY_DEVICE_MEANS: &str = "Quick: a key that cannot leave this browser. Cleared browser data ends it.";
pub const KEY_EXPORT: &str = "Back the active key up in a file";
pub const KEY_FILE: &str = "Encrypted key file (age)";
pub const KEY_FILE_WHY: &str = "Choose the key file first.";
pub const KEY_FORGET: &str = "Forget";
pub const KEY_FORGET_ASK: &str = "Forget this key?";
pub const KEY_FORGET_WHAT: &str =
    "This tab will no longer be able to sign for its account. Without a backup its ZRA can never move again.";
pub const KEY_FORGET_YES: &str = "Forget the key";
pub const KEY_IMPORT: &str = "Import the key";
pub const KEY_IMPORT_FILE: &str = "I have a key file";
pub const KEY_IMPORT_PHRASE: &str = "I have twelve words";
pub const KEY_KIND_BACKED: &str = "Can be backed up";
pub const KEY_KIND_DEVICE: &str = "Cannot be recovered";
pub const KEY_MAKE_ACTIVE: &str = "Sign with this";
pub const KEY_PANEL: &str = "A key of your own";
pub const KEY_PANEL_WHY: &str =
    "It signs for an account that holds 3 % of this chain’s ZRA. The rest has no key: nobody can vote it.";
pub const KEY_PASS: &str = "Passphrase";
pub const KEY_PASS_HINT: &str = "At least eight characters. It is not stored anywhere.";
pub const KEY_PASS_SHORT: &str = "At least eight characters.";
pub const KEY_PASS_WHY: &str = "Type the passphrase of the file.";
pub const KEY_PHRASE: &str = "Make a key with a backup";
pub const KEY_SAVE_FILE: &str = "Save the encrypted key file";
pub const KEY_USE_PHRASE: &str = "Use this key";
pub const KEY_WORDS: &str = "Your words";
pub const KEY_WORDS_HINT: &str = "Twelve or more, with spaces between them.";
pub const KEY_WORDS_WHY: &str = "Twelve words at least.";
pub const KEY_WRITE: &str = "Write these words down, in this order";
pub const KEY_WRITE_WHY: &str = "On paper. Whoever has them has the account; whoever loses them has lost it.";
pub const KEY_WRITTEN: &str = "I have written them down";
