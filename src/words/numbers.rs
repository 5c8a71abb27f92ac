//! Numbers and times as each language writes them.

use std::time::Duration;

use super::Lang;

impl Lang {
    /// A whole number in groups of three: `1,234,567`, `1.234.567`.
    pub fn number(self, value: u64) -> String {
        let digits = value.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(match self {
                    Self::En => ',',
                    Self::De => '.',
                });
            }
            text.push(digit);
        }
        text
    }

    /// A number with one decimal, `3.5` or `3,5`.
    pub fn decimal(self, value: f64) -> String {
        let tenths = (value.abs() * 10.0).round() as u64;
        let mark = match self {
            Self::En => '.',
            Self::De => ',',
        };
        let sign = if value < 0.0 && tenths > 0 { "-" } else { "" };
        format!("{sign}{}{mark}{}", self.number(tenths / 10), tenths % 10)
    }

    /// A short duration, with tenths below ten seconds: `3.2 s`; else as [`Self::duration`].
    pub fn short(self, time: Duration) -> String {
        let tenths = (time.as_secs_f64() * 10.0).round();
        if tenths < 100.0 { format!("{} s", self.decimal(tenths / 10.0)) } else { self.duration(time) }
    }

    /// A duration by its two largest units: `42 s`, `5 min`, `2 h 05 min`, `3 d 4 h`.
    pub fn duration(self, time: Duration) -> String {
        let seconds = time.as_secs_f64().round() as u64;
        let minutes = (seconds + 30) / 60;
        let hours = (minutes + 30) / 60;
        match () {
            () if seconds < 60 => format!("{seconds} s"),
            () if minutes < 60 => format!("{minutes} min"),
            () if minutes < 24 * 60 => format!("{} h {:02} min", minutes / 60, minutes % 60),
            () => match self {
                Self::En => format!("{} d {} h", self.number(hours / 24), hours % 24),
                Self::De => format!("{} T. {} Std.", self.number(hours / 24), hours % 24),
            },
        }
    }

    /// Bytes for people: `412 MiB`, `3.5 GiB`.
    pub fn bytes(self, bytes: u64) -> String {
        let mib = bytes as f64 / f64::from(1 << 20);
        match mib {
            mib if mib < 1024.0 => format!("{} MiB", self.number(mib as u64)),
            mib if mib < 1024.0 * 100.0 => format!("{} GiB", self.decimal(mib / 1024.0)),
            mib => format!("{} GiB", self.number((mib / 1024.0) as u64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        for (value, en, de) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1000, "1,000", "1.000"),
            (1_234_567, "1,234,567", "1.234.567"),
            (u64::MAX, "18,446,744,073,709,551,615", "18.446.744.073.709.551.615"),
        ] {
            assert_eq!((Lang::En.number(value).as_str(), Lang::De.number(value).as_str()), (en, de));
        }
        assert_eq!((Lang::En.decimal(3.46).as_str(), Lang::De.decimal(1234.5).as_str()), ("3.5", "1.234,5"));
        assert_eq!(Lang::De.decimal(-0.01), "0,0");
    }

    #[test]
    fn durations_have_two_units_and_no_odd_sixties() {
        for (seconds, en, de) in [
            (0.0, "0 s", "0 s"),
            (3.6, "4 s", "4 s"),
            (59.4, "59 s", "59 s"),
            (59.6, "1 min", "1 min"),
            (3569.0, "59 min", "59 min"),
            (3590.0, "1 h 00 min", "1 h 00 min"),
            (7500.0, "2 h 05 min", "2 h 05 min"),
            (86_399.0, "1 d 0 h", "1 T. 0 Std."),
            (273_600.0, "3 d 4 h", "3 T. 4 Std."),
        ] {
            let time = Duration::from_secs_f64(seconds);
            assert_eq!((Lang::En.duration(time).as_str(), Lang::De.duration(time).as_str()), (en, de), "{seconds}");
        }
        assert!(!Lang::De.duration(Duration::MAX).is_empty());
        for (seconds, text) in [(0.0, "0,0 s"), (3.21, "3,2 s"), (9.96, "10 s"), (59.6, "1 min")] {
            assert_eq!(Lang::De.short(Duration::from_secs_f64(seconds)), text);
        }
    }

    #[test]
    fn bytes_are_told_with_the_precision_that_helps() {
        for (bytes, text) in [(5 << 20, "5 MiB"), (3 << 29, "1,5 GiB"), (120 << 30, "120 GiB"), (5 << 40, "5.120 GiB")]
        {
            assert_eq!(Lang::De.bytes(bytes), text);
        }
    }
}
