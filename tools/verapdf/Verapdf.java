import java.io.FileInputStream;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.LogManager;

import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.validators.ValidatorConfig;
import org.verapdf.pdfa.validation.validators.ValidatorConfigBuilder;

/**
 * Validates PDF files against PDF/A-2u with veraPDF: one line a file, PASS or FAIL with the rules that failed.
 * Exit code 0: all pass; 1: some fail or are no PDF.
 */
final class Verapdf {
    private static final PDFAFlavour FLAVOUR = PDFAFlavour.PDFA_2_U;

    public static void main(String[] files) {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        boolean allPass = true;
        for (String file : files) {
            String verdict = verdict(file);
            System.out.println(verdict + "  " + file);
            allPass &= verdict.equals("PASS");
        }
        System.exit(allPass ? 0 : 1);
    }

    private static String verdict(String file) {
        // The flavour is given, never guessed from the file, so that a file without PDF/A metadata fails.
        ValidatorConfig config = new ValidatorConfigBuilder()
            .flavour(FLAVOUR).maxFails(-1).maxNumberOfDisplayedFailedChecks(1).showErrorMessages(true).build();
        try (InputStream in = new FileInputStream(file);
                PDFAParser parser = Foundries.defaultInstance().createParser(in, FLAVOUR, PDFAFlavour.NO_FLAVOUR);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(config, FLAVOUR)) {
            ValidationResult result = validator.validate(parser);
            return result.isCompliant() ? "PASS" : "FAIL" + rules(result);
        } catch (Exception error) {
            return "FAIL (" + error.getMessage() + ")";
        }
    }

    /** Each failed rule once: clause of ISO 19005-2, number of the test, how often, and what it found first. */
    private static String rules(ValidationResult result) {
        Map<String, String> rules = new TreeMap<>();
        result.getFailedChecks().forEach((rule, count) ->
            rules.put(rule.getClause() + "-" + rule.getTestNumber(), " x" + count));
        for (TestAssertion check : result.getTestAssertions()) {
            String rule = check.getRuleId().getClause() + "-" + check.getRuleId().getTestNumber();
            String found = check.getErrorMessage() != null ? check.getErrorMessage() : check.getMessage();
            rules.computeIfPresent(rule, (key, text) -> text.contains(": ") ? text : text + ": " + found);
        }
        StringBuilder text = new StringBuilder();
        rules.forEach((rule, found) -> text.append(" [").append(rule).append(found).append(']'));
        return text.toString();
    }
}
