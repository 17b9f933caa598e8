//! The data sets that come with the vendor's training project, and what a network gets from them.

/// A name, and channels, height and width; of signals channels, length and 1.
const INPUTS: &[(&str, [i64; 3])] = &[
    ("AFSK", [1, 22, 1]),
    ("AISegment_80", [3, 80, 80]),
    ("AISegment_352", [48, 88, 88]),
    ("AISegment_352_memory", [48, 88, 88]),
    ("CamVid_s80_c33", [3, 80, 80]),
    ("CamVid_s80_c3", [3, 80, 80]),
    ("CamVid_s352_c33", [48, 88, 88]),
    ("CamVid_s352_c3", [48, 88, 88]),
    ("cats_vs_dogs", [3, 128, 128]),
    ("CIFAR10", [3, 32, 32]),
    ("CIFAR100", [3, 32, 32]),
    ("ImageNet", [3, 112, 112]),
    ("ImageNet50", [3, 224, 224]),
    ("ImageNet_Bayer", [4, 64, 64]),
    ("Kinetics400", [96, 60, 60]),
    ("KWS", [512, 64, 1]),
    ("KWS_12_benchmark", [128, 128, 1]),
    ("KWS_20", [128, 128, 1]),
    ("KWS_20_msnoise_mixed", [128, 128, 1]),
    ("KWS_35", [128, 128, 1]),
    ("KWS_35_unquantized", [128, 128, 1]),
    ("MixedKWS20_10dB", [128, 128, 1]),
    ("MNIST", [1, 28, 28]),
    ("FashionMNIST", [1, 28, 28]),
    ("MSnoise", [128, 128, 1]),
    ("MSnoise_unquantized", [128, 128, 1]),
    ("PascalVOC_2007_2012_256_320_augmented", [3, 256, 320]),
    ("qrcode_160_120", [3, 120, 160]),
    ("qrcode_160_120_kpts", [3, 120, 160]),
    ("qrcode_160_120_kpts_ext", [3, 120, 160]),
    ("SampleMotorDataLimerick_ForTrain", [256, 3, 1]),
    (
        "SampleMotorDataLimerick_ForEvalWithAnomalyLabel",
        [256, 3, 1],
    ),
    ("SampleMotorDataLimerick_ForEvalWithSignal", [256, 3, 1]),
    ("SVHN_74", [3, 74, 74]),
    ("SVHN_74_simplified", [3, 74, 74]),
    ("VGGFace2_FaceID", [3, 112, 112]),
    ("VGGFace2_FaceID_dr", [3, 112, 112]),
    ("VGGFace2_FaceDetection", [3, 224, 168]),
];

/// A name, and the number of classes without background.
const CLASSES: &[(&str, i64)] = &[
    ("AFSK", 2),
    ("AISegment_352", 2),
    ("CamVid_s352_c3", 4),
    ("cats_vs_dogs", 2),
    ("CIFAR10", 10),
    ("CIFAR100", 100),
    ("FashionMNIST", 10),
    ("ImageNet", 1000),
    ("ImageNet50", 50),
    ("ImageNet_Bayer", 3),
    ("Kinetics400", 5),
    ("KWS_12_benchmark", 12),
    ("KWS_20", 21),
    ("KWS_20_msnoise_mixed", 21),
    ("MNIST", 10),
    ("PascalVOC_2007_2012_256_320_augmented", 20),
    ("qrcode_160_120_kpts_ext", 1),
    ("SampleMotorDataLimerick_ForTrain", 6),
    ("SVHN_74", 10),
    ("VGGFace2_FaceDetection", 1),
    ("VGGFace2_FaceID", 2),
];

/// The vendor's data set of a name, and the input that it gives. Case, `-` and `_` do not matter,
/// but the rest does: `AISegment_352_reduced` is not `AISegment_352`.
pub fn input(name: &str) -> Option<(&'static str, [i64; 3])> {
    let wanted = letters(name);
    INPUTS
        .iter()
        .find(|(own, _)| letters(own) == wanted)
        .copied()
}

/// The number of classes of a vendor's data set, without background.
pub fn classes(name: &str) -> Option<i64> {
    let wanted = letters(name);
    let known = CLASSES.iter().find(|(own, _)| letters(own) == wanted);
    known.map(|(_, classes)| *classes)
}

/// What tells the names of data sets apart.
pub fn letters(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The data sets with their inputs.
pub fn all() -> impl Iterator<Item = (&'static str, [i64; 3])> {
    INPUTS.iter().copied()
}

/// The inputs of the vendor's data sets, each once.
pub fn inputs() -> impl Iterator<Item = [i64; 3]> {
    INPUTS.iter().enumerate().filter_map(|(at, (_, input))| {
        let is_known = INPUTS.iter().take(at).any(|(_, other)| other == input);
        (!is_known).then_some(*input)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_their_letters() {
        let cifar = Some(("CIFAR10", [3, 32, 32]));
        for name in ["CIFAR10", "cifar10", "CIFAR-10"] {
            assert_eq!(input(name), cifar);
        }
        assert_eq!(input("cifar_100").unwrap().0, "CIFAR100");
        assert_eq!(input("AISegment_352_reduced"), None);
        assert_eq!(input(""), None);
    }

    #[test]
    fn classes_are_those_of_known_data_sets() {
        assert_eq!(classes("cifar-100"), Some(100));
        assert_eq!(classes("none"), None);
        for (name, _) in CLASSES {
            assert_eq!(input(name).unwrap().0, *name);
        }
    }

    #[test]
    fn no_two_names_have_the_same_letters() {
        for (name, _) in INPUTS {
            assert_eq!(input(name).unwrap().0, *name);
        }
    }
}
