//! Files that commands write: `> "$file"`, `tee "$file"`, `cp template "$file"`.

use super::{Tracer, World};
use crate::text::shell::{Redirect, Simple};

impl Tracer<'_> {
    /// Notes the files that a command writes and whose names are known in part.
    pub(super) fn note_written(&self, simple: &Simple, words: &[String], world: &World) {
        let file = self.current().file;
        for redirect in &simple.redirects {
            if let Redirect::To(word) = redirect {
                let path = self.value(&mut world.clone(), word).0;
                self.context.generate(file, &path);
            }
        }
        let mut words = words.iter().skip_while(|word| word.as_str() == "sudo");
        let program = words.next().map_or("", String::as_str);
        let arguments = words.filter(|word| !word.starts_with('-'));
        match program {
            "tee" => arguments.for_each(|path| self.context.generate(file, path)),
            "cp" | "mv" | "install" => {
                arguments.skip(1).last().into_iter().for_each(|path| self.context.generate(file, path));
            }
            _ => {}
        }
    }
}
