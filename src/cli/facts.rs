//! Questions that need no Dockerfile.

use super::args::Args;
use crate::knowledge::Knowledge;
use crate::note::Reason;
use crate::prove::breach::BreachId;

/// The answer to `--list-reasons`, `--explain-reason`, `--explain-image` or `--explain-package`; none where none of them was asked.
pub(super) fn answer(args: &Args, knowledge: &Knowledge) -> Option<String> {
    if args.list_reasons {
        return Some(
            Reason::ALL.iter().map(|reason| format!("{:<24} {}\n", reason.id(), reason.meaning())).collect(),
        );
    }
    if args.list_breaches {
        return Some(BreachId::ALL.iter().map(|id| format!("{:<24} {}\n", id.id(), id.meaning())).collect());
    }
    if let Some(reason) = args.explain_reason {
        return Some(format!("{}\n\n{}\n", reason.id(), reason.explanation()));
    }
    if let Some(image) = &args.explain_image {
        return Some(knowledge.explain_image(image));
    }
    let (package, on) = (args.explain_package.as_ref()?, args.on.as_ref()?);
    Some(match knowledge.image(on) {
        Some(image) => knowledge.explain_package(package, &image),
        // What is not known of the image is not known of its packages.
        None => knowledge.explain_image(on),
    })
}
