// The JDK's own XML signature engine as a judge of signed files. Not part of the test suite, because not every
// machine has a JDK; run by hand or by a proof:
//
//     java tests/interop/jdk/Verify.java FILE...
//
// Prints one line a file ("valid" or "INVALID" and why) and exits 1 if any is invalid. Only the arithmetic is judged,
// with the certificate inside the file: whom to trust is not this program's question.

import java.io.File;
import java.security.Key;
import java.security.cert.X509Certificate;
import javax.xml.crypto.AlgorithmMethod;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.KeySelectorException;
import javax.xml.crypto.KeySelectorResult;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.XMLStructure;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.X509Data;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

public class Verify {
    public static void main(String[] files) throws Exception {
        boolean allValid = true;
        for (String file : files) {
            String answer = judge(file);
            System.out.println(file + ": " + answer);
            allValid &= answer.equals("valid");
        }
        System.exit(allValid ? 0 : 1);
    }

    private static String judge(String file) {
        try {
            DocumentBuilderFactory builders = DocumentBuilderFactory.newInstance();
            builders.setNamespaceAware(true);
            builders.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            Document document = builders.newDocumentBuilder().parse(new File(file));
            NodeList signatures = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
            if (signatures.getLength() != 1) {
                return "INVALID: " + signatures.getLength() + " signatures";
            }
            DOMValidateContext context = new DOMValidateContext(new OwnCertificate(), signatures.item(0));
            context.setProperty("org.jcp.xml.dsig.secureValidation", true);
            XMLSignature signature = XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context);
            return signature.validate(context) ? "valid" : "INVALID: digest or signature value";
        } catch (Exception problem) {
            return "INVALID: " + problem;
        }
    }

    private static class OwnCertificate extends KeySelector {
        public KeySelectorResult select(KeyInfo keys, Purpose purpose, AlgorithmMethod method, XMLCryptoContext context)
                throws KeySelectorException {
            for (XMLStructure part : keys.getContent()) {
                if (part instanceof X509Data) {
                    for (Object inside : ((X509Data) part).getContent()) {
                        if (inside instanceof X509Certificate) {
                            Key key = ((X509Certificate) inside).getPublicKey();
                            return () -> key;
                        }
                    }
                }
            }
            throw new KeySelectorException("no certificate in KeyInfo");
        }
    }
}
