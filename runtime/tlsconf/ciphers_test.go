package tlsconf

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func namesOf(ids []uint16) []string {
	var names []string
	for _, id := range ids {
		names = append(names, lookupSuite(id).name)
	}
	slices.Sort(names)
	return names
}

func TestCipherLists(t *testing.T) {
	const gcm = "AES128-GCM-SHA256 AES256-GCM-SHA384"
	for _, test := range []struct {
		list, want, missing string
		level               int
	}{
		{"kRSA+AESGCM", gcm, "", 2},
		{"ALL:!ECDHE:!SHA:!SHA256", gcm, "", 2},
		{"AES128-GCM-SHA256:AES256-GCM-SHA384:@STRENGTH", gcm, "", 2},
		{"kRSA:-SHA:!SHA256:SSLv3@SECLEVEL=1", gcm + " AES128-SHA AES256-SHA", "", 1},
		{"RSA:!SHA256:-SHA,+AES128 @SECLEVEL=0;foo", gcm, "", 0},
		{"ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:!DSS-X", "ECDHE-RSA-CHACHA20-POLY1305", "DHE-RSA-AES128-GCM-SHA256", 2},
		{"CAMELLIA:kDHE:PSK+AES", "", "", 2},
		{"!SHA:SHA", "", "", 2},
		{"TLS_RSA_WITH_AES_128_CBC_SHA", "", "", 2},
	} {
		got, err := parseCiphers(test.list)
		if err != nil {
			t.Errorf("%s: %v", test.list, err)
			continue
		}
		want := strings.Fields(test.want)
		slices.Sort(want)
		if diff := cmp.Diff(want, namesOf(got.suites)); diff != "" && len(want)+len(got.suites) > 0 {
			t.Errorf("%s: %s", test.list, diff)
		}
		if missing := strings.Join(got.missing, " "); missing != test.missing || got.level != test.level {
			t.Errorf("%s: missing %q, level %d", test.list, missing, got.level)
		}
	}
	for _, list := range []string{"ECDHE:!@", "@SECLEVEL=9", "@SECLEVEL=12", "@WEAK", "SUITEB128", "a/b", "A++B", "!"} {
		if got, err := parseCiphers(list); err == nil {
			t.Errorf("%s is taken: %v", list, namesOf(got.suites))
		}
	}
}

// TestCipherListsOfOpenSSL asks OpenSSL which of our suites a list selects.
func TestCipherListsOfOpenSSL(t *testing.T) {
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	words := []string{
		"ALL", "HIGH", "MEDIUM", "kRSA", "RSA", "aRSA", "ECDHE", "EECDH", "kEECDH", "ECDSA", "aECDSA", "AES", "AES128", "AES256", "AESGCM",
		"CHACHA20", "SHA", "SHA1", "SHA256", "SHA384", "TLSv1", "TLSv1.2", "SSLv3", "FIPS", "aNULL", "eNULL", "EXP", "MD5", "RC4", "3DES", "DSS",
		"PSK", "CAMELLIA", "ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA", "nonsense", "ECDHE+AESGCM", "kRSA+AES128+SHA", "RSA+nonsense",
	}
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SampledFrom([]string{"DEFAULT:", "", "", ""}).Draw(t, "start")
		for i := range rapid.IntRange(1, 5).Draw(t, "words") {
			if i > 0 {
				list += rapid.SampledFrom([]string{":", ",", " "}).Draw(t, "separator")
			}
			list += rapid.SampledFrom([]string{"", "", "!", "-", "+"}).Draw(t, "operator") + rapid.SampledFrom(words).Draw(t, "word")
		}
		asked := list + ":AES256-SHA256" // so that OpenSSL's is never empty; crypto/tls does not have it
		if strings.HasPrefix(list, "-") {
			asked = ":" + asked // it is no option
		}
		out, err := exec.CommandContext(t.Context(), program, "ciphers", "-tls1_2", "-s", asked).Output()
		if err != nil && !strings.Contains(list, "!") {
			t.Fatalf("%s: %v", list, err)
		}
		var want []string
		for name := range strings.SplitSeq(strings.TrimSpace(string(out)), ":") {
			if slices.ContainsFunc(suites, func(s suite) bool { return s.name == name }) {
				want = append(want, name)
			}
		}
		slices.Sort(want)
		got, err := parseCiphers(list)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, namesOf(got.suites)); diff != "" && len(want)+len(got.suites) > 0 {
			t.Fatalf("%s (-openssl +lbconf)\n%s", list, diff)
		}
	})
}

func TestSuites13(t *testing.T) {
	if err := checkSuites13("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_AES_128_CCM_SHA256"); err != nil {
		t.Error(err)
	}
	if err := checkSuites13("TLS_AES_256_GCM_SHA384"); err == nil || !strings.Contains(err.Error(), "-TLSv1.3") {
		t.Error(err)
	}
}

func FuzzCiphers(f *testing.F) {
	for _, list := range []string{"DEFAULT@SECLEVEL=0", "ECDHE+AES:!kRSA", "@", "+", "a:@b", "\x00"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		got, err := parseCiphers(list)
		if err != nil {
			return
		}
		if again, err := parseCiphers(list + ":"); err != nil || !slices.Equal(again.suites, got.suites) {
			t.Errorf("%q changes with an end: %v", list, err)
		}
		for _, id := range got.suites {
			if lookupSuite(id).name == "" {
				t.Errorf("%q selects %x", list, id)
			}
		}
	})
}
