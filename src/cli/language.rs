//! Which language people are spoken to in.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::words::Lang;

/// The option of commands that speak more than one.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct LanguageArguments {
    /// Language of what people read [default: that of LC_ALL, LC_MESSAGES or LANG, else English]
    #[arg(long, global = true, value_name = "LANG", value_parser = PossibleValuesParser::new(["de", "en"]).try_map(|name| name.parse::<Lang>()))]
    lang: Option<Lang>,
}

impl LanguageArguments {
    /// As asked for, else as the environment has it.
    pub(super) fn choose(self) -> Lang {
        self.lang.unwrap_or_else(|| Lang::of_environment(|name| std::env::var(name).ok()))
    }
}
