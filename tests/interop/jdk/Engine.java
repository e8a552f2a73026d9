// The JDK's own XML signature engine, as a second judge and as another system's signer.
//
//     java -cp CLASSES Engine verify FILE...
//     java -cp CLASSES Engine sign KEY.p12 PASSWORD FILE...
//
// verify prints one line a file: "valid", or "INVALID" and why. Only the arithmetic is judged, with the certificate
// inside the file: whom to trust is not this program's question. sign puts a signature of Profile A into the last
// CHUKYDONVI of each file and writes it to FILE.signed.

import java.io.File;
import java.io.FileInputStream;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.xml.crypto.AlgorithmMethod;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.KeySelectorException;
import javax.xml.crypto.KeySelectorResult;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.XMLStructure;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.keyinfo.X509Data;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

public class Engine {
    private static final XMLSignatureFactory SIGNATURES = XMLSignatureFactory.getInstance("DOM");

    public static void main(String[] arguments) throws Exception {
        boolean signs = arguments[0].equals("sign");
        for (int at = signs ? 3 : 1; at < arguments.length; at++) {
            if (signs) {
                sign(arguments[1], arguments[2].toCharArray(), arguments[at]);
            } else {
                System.out.println(judge(arguments[at]));
            }
        }
    }

    private static String judge(String file) {
        try {
            Document document = parse(file);
            NodeList signatures = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
            if (signatures.getLength() != 1) {
                return "INVALID: " + signatures.getLength() + " signatures";
            }
            DOMValidateContext context = new DOMValidateContext(new OwnCertificate(), signatures.item(0));
            context.setProperty("org.jcp.xml.dsig.secureValidation", true);
            XMLSignature signature = SIGNATURES.unmarshalXMLSignature(context);
            return signature.validate(context) ? "valid" : "INVALID: digest or signature value";
        } catch (Exception problem) {
            return "INVALID: " + problem.toString().replaceAll("\\s+", " ");
        }
    }

    private static void sign(String container, char[] password, String file) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (FileInputStream stream = new FileInputStream(container)) {
            store.load(stream, password);
        }
        String alias = store.aliases().nextElement();
        X509Certificate certificate = (X509Certificate) store.getCertificate(alias);
        Document document = parse(file);
        NodeList places = document.getElementsByTagName("CHUKYDONVI");
        Reference whole = SIGNATURES.newReference(
                "",
                SIGNATURES.newDigestMethod(DigestMethod.SHA256, null),
                List.of(SIGNATURES.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null)),
                null,
                null);
        SignedInfo info = SIGNATURES.newSignedInfo(
                SIGNATURES.newCanonicalizationMethod(
                        CanonicalizationMethod.INCLUSIVE, (C14NMethodParameterSpec) null),
                SIGNATURES.newSignatureMethod("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", null),
                List.of(whole));
        KeyInfoFactory keys = SIGNATURES.getKeyInfoFactory();
        String subject = certificate.getSubjectX500Principal().getName();
        KeyInfo named = keys.newKeyInfo(List.of(keys.newX509Data(List.of(subject, certificate))));
        DOMSignContext context = new DOMSignContext(
                (PrivateKey) store.getKey(alias, password), places.item(places.getLength() - 1));
        SIGNATURES.newXMLSignature(info, named, null, "Signature-jdk", null).sign(context);
        Transformer writer = TransformerFactory.newInstance().newTransformer();
        writer.transform(new DOMSource(document), new StreamResult(new File(file + ".signed")));
    }

    private static Document parse(String file) throws Exception {
        DocumentBuilderFactory builders = DocumentBuilderFactory.newInstance();
        builders.setNamespaceAware(true);
        builders.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return builders.newDocumentBuilder().parse(new File(file));
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
