//! The language server: what an editor asks becomes questions to the workspace, and bytes become lines and columns.

mod actions;
mod capabilities;
mod client;
mod completion;
mod diagnostics;
mod dispatch;
mod documents;
mod edits;
mod folding;
mod hints;
mod hover;
mod issues;
mod links;
mod names;
mod navigation;
mod outline;
mod position;
mod repair;
mod server;
mod settings;
mod skeleton;
mod spot;
mod transport;
mod uri;
mod words;
mod world;

use std::io::Write;

use server::LanguageServer;
use transport::EditorConnection;

/// Serves the editor on standard input and this output until it says `exit` or goes away. Gives the exit code: 0 where
/// `shutdown` came before `exit`.
pub(crate) fn serve(output: &mut dyn Write) -> u8 {
    LanguageServer::new(EditorConnection::new(output)).run()
}
