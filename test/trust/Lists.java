import java.io.ByteArrayInputStream;
import java.io.File;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.Security;
import java.security.cert.CRL;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;

/**
 * For each folder that is named behind an instant, prints whether the path in it is good then, and else why not: `path.pem` from the leaf on,
 * `root.pem`, `others.pem` and `lists.pem`. Where there is a file `end-entity`, nobody asks for the status of CAs.
 */
public class Lists {
  private static CertificateFactory factory;

  public static void main(String[] arguments) throws Exception {
    factory = CertificateFactory.getInstance("X.509");
    Date date = Date.from(Instant.parse(arguments[0]));
    for (int index = 1; index < arguments.length; index++) System.out.println(verdict(new File(arguments[index]), date));
  }

  private static String verdict(File folder, Date date) throws Exception {
    try {
      return judge(folder, date);
    } catch (CertPathValidatorException exception) {
      return exception.getIndex() + " " + exception.getReason() + " " + exception.getMessage().replace('\n', ' ');
    } catch (GeneralSecurityException exception) {
      return exception.toString().replace('\n', ' ');
    }
  }

  private static String judge(File folder, Date date) throws Exception {
    CertPath path = factory.generateCertPath(new ArrayList<>(certificates(folder, "path.pem")));
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor((X509Certificate) certificates(folder, "root.pem").iterator().next(), null)));
    List<Object> known = new ArrayList<>(certificates(folder, "others.pem"));
    known.addAll(certificates(folder, "path.pem"));
    known.addAll(lists(folder));
    parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(known)));
    parameters.setDate(date);
    // A checker of its own would fetch what distribution points name; the one that is built in does not.
    Security.setProperty("com.sun.security.onlyCheckRevocationOfEECert", String.valueOf(new File(folder, "end-entity").exists()));
    CertPathValidator.getInstance("PKIX").validate(path, parameters);
    return "good";
  }

  private static Collection<? extends Certificate> certificates(File folder, String name) throws Exception {
    return factory.generateCertificates(read(folder, name));
  }

  private static Collection<? extends CRL> lists(File folder) throws Exception {
    return factory.generateCRLs(read(folder, "lists.pem"));
  }

  private static ByteArrayInputStream read(File folder, String name) throws Exception {
    return new ByteArrayInputStream(Files.readAllBytes(new File(folder, name).toPath()));
  }
}
