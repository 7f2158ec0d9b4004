package parser_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// readingFiles are files that say that they were read, and in which order.
var readingFiles = []string{
	"a.conf", "b.conf", "B.conf", ".h.conf", "d/2.conf", "d/1.conf", "d/10.conf", "d/.x", "d/s/z", "d/s/t/y", "e/1/x.conf", "e/2/x.conf", "e/3/y.conf", "e/file", "[q", "w w.conf", "s*r",
	"mods-enabled/alias.load", "mods-enabled/alias.conf", "sites-enabled/000-default.conf", "sites-enabled/x.conf~", "root/r.conf", "é.conf",
}

// readingCases are lines that httpd executes while it reads.
var readingCases = []string{
	"Include a.conf\n", "Include A.conf\n", "Include *.conf\n", "Include .*.conf\n", "Include [!a].conf\n", "Include [a-b].conf\n", "Include ?.conf\n", "Include d\n", "Include d/\n", "Include d//\n", "Include d/*\n", "Include d/*/\n", "Include d/*/*\n",
	"Include d/../a.conf\n", "Include ./a.conf\n", "Include d/./1.conf\n", "Include e/[12]/x.conf\n", "Include e/*/*.conf\n", "Include e/*/x.conf\n", "IncludeOptional e/*/x.conf\n", "Include e/*/gone.conf\n", "IncludeOptional e/*/gone.conf\n", "Include */1.conf\n", "IncludeOptional */1.conf\n", "Include e/*/../../a.conf\n",
	"Include [q\n", "Include \"w w.conf\"\n", "Include w*.conf\n", "Include s\\*r\n", "Include s*r\n", "Include é.conf\n", "Include ?.conf\n", "Include mods-enabled/*.load\nInclude mods-enabled/*.conf\nIncludeOptional sites-enabled/*.conf\n",
	"Include gone\n", "IncludeOptional gone\n", "Include gone/x\n", "IncludeOptional gone/x\n", "Include gone/*\n", "IncludeOptional gone/*\n", "Include gone/*/x\n", "IncludeOptional gone/*/x\n", "Include *.gone\n", "IncludeOptional *.gone\n", "Include a.conf/x\n", "IncludeOptional a.conf/x\n", "Include a.conf/*\n", "IncludeOptional a.conf/*\n", "Include a.conf/\n", "IncludeOptional a.conf/\n",
	"Include\n", "Include \"\"\n", "Include a.conf b.conf\n", "IncludeOptional\n", "Include /dev/null\n", "Include .\n", "Include ''\n", "Include *\n", "Include d/[\n", "Include d/[1\n", "Include d/\\1.conf\n", "Include ${X}a.conf\n", "IncludeOptional ${X}a.conf\n",
	"<IfFile a.conf>\nDefine Y\n</IfFile>\n", "<IfFile d>\nDefine Y\n</IfFile>\n", "<IfFile *.conf>\nDefine Y\n</IfFile>\n", "<IfFile !gone>\nInclude a.conf\n</IfFile>\n", "<IfFile gone>\nInclude gone\n</IfFile>\n", "<IfFile \"w w.conf\">\nDefine Y\n</IfFile>\n", "<IfFile w w.conf>\nDefine Y\n</IfFile>\n", "<IfFile a.conf b>\nDefine Y\n</IfFile>\n", "<IfFile ${GIVEN}>\nDefine Y\n</IfFile>\n",
	"ServerRoot @/root\nInclude r.conf\n", "Include a.conf\nServerRoot @/d\nInclude 1.conf\n", "<VirtualHost *:80>\nServerRoot @/d\n</VirtualHost>\nInclude 1.conf\n", "ServerRoot @/d/\nInclude 1.conf\n", "<IfDefine NO>\nServerRoot @/gone\n</IfDefine>\n", "ServerRoot @/d\nServerRoot @/e\nInclude file\n",
	"Define X a\nInclude ${X}.conf\n", "Define X\nDefine Y ${X}\n", "Define X 1\nDefine x 2\nDefine Y ${X}\n", "Define X 1\nUnDefine x\nDefine Y ${X}\n", "Define X 1\nUnDefine X\n<IfDefine X>\nDefine Y\n</IfDefine>\n", "UnDefine GIVEN\n<IfDefine GIVEN>\nDefine Y\n</IfDefine>\n", "UnDefine gone\n", "Define \"a b\" c\n", "Define a \"\"\n", "Define \"\" a\n", "Define ${GIVEN} x\n",
	"<IfDefine GIVEN GONE>\nDefine Y\n</IfDefine>\n", "<IfDefine \"GIVEN\">\nDefine Y\n</IfDefine>\n", "<IfDefine !>\nDefine Y\n</IfDefine>\n", "<IfDefine !!GIVEN>\nDefine Y\n</IfDefine>\n", "<IfDefine GIVEN>\nDefine Y\n</IfDefine>\n<IfDefine Y>\nDefine Z\n</IfDefine>\n", "<ifdefine GIVEN>\nDefine Y\n</IFDEFINE>\n",
	"<IfDefine GIVEN> x\nDefine Y\n</IfDefine>\n", "<IfDefine GIVEN>>\nDefine Y\n</IfDefine>\n", "<IfDefine GIVEN>\n<IfDefine NO>\n<IfDefine GIVEN>\nDefine Y\n</IfDefine>\n</IfDefine>\nDefine Z\n</IfDefine>\n", "<IfDefine NO>\n<Foo>\n</Foo>\n</IfDefine>\n", "<IfDefine NO>\n# </IfDefine>\nDefine Y\n</IfDefine>\n", "<IfDefine NO>\nDefine Y \\\n</IfDefine>\n</IfDefine>\nDefine Z\n",
	"<IfModule macro_module>\nDefine Y\n</IfModule>\n", "<IfModule mod_macro.c>\nDefine Y\n</IfModule>\n", "<IfModule !mod_ssl.c>\nDefine Y\n</IfModule>\n", "<IfModule MACRO_module>\nDefine Y\n</IfModule>\n", "<IfDirective Use>\nDefine Y\n</IfDirective>\n", "<IfDirective <Macro>\nDefine Y\n</IfDirective>\n", "<IfSection Macro>\nDefine Y\n</IfSection>\n", "<IfSection <Macro>\nDefine Y\n</IfSection>\n", "<IfDirective !Bogus>\nDefine Y\n</IfDirective>\n", "<IfSection !VirtualHost>\nDefine Y\n</IfSection>\n",
	"<IfVersion ~ ^2\\.4\\.>\nDefine Y\n</IfVersion>\n", "<IfVersion = /^2\\.[46]/>\nDefine Y\n</IfVersion>\n", "<IfVersion == /^2.4/>\nDefine Y\n</IfVersion>\n", "<IfVersion !~ /^2.4/>\nDefine Y\n</IfVersion>\n", "<IfVersion ~ [>\nDefine Y\n</IfVersion>\n", "<IfVersion = /[/>\nDefine Y\n</IfVersion>\n", "<IfVersion >= 2>\nDefine Y\n</IfVersion>\n", "<IfVersion > 2.4.70>\nDefine Y\n</IfVersion>\n", "<IfVersion 2.4.71>\nDefine Y\n</IfVersion>\n", "<IfVersion >= 2.4.71.1>\nDefine Y\n</IfVersion>\n", "<IfVersion >= x>\nDefine Y\n</IfVersion>\n", "<IfVersion \">=\" \"2.4\">\nDefine Y\n</IfVersion>\n", "<IfVersion ! 2.4>\nDefine Y\n</IfVersion>\n", "<IfVersion >=2.4>\nDefine Y\n</IfVersion>\n", "<IfVersion ~ (2>\nDefine Y\n</IfVersion>\n", "<IfVersion ~ \"\">\nDefine Y\n</IfVersion>\n", "<IfVersion = //>\nDefine Y\n</IfVersion>\n", "<IfVersion = />\nDefine Y\n</IfVersion>\n", "<IfVersion < 3>\nDefine Y\n</IfVersion>\n", "<IfVersion <= 2.4.71>\nDefine Y\n</IfVersion>\n", "<IfVersion !< 3>\nDefine Y\n</IfVersion>\n", "<IfVersion != 2.4.71>\nDefine Y\n</IfVersion>\n", "<IfVersion >= 99999999999.1>\nDefine Y\n</IfVersion>\n", "<IfVersion >= \"\">\n</IfVersion>\n", "<IfVersion > -1>\nDefine Y\n</IfVersion>\n",
	"# a \\\nDefine Y\n", "Define Y \\", "Define Y x\\", "Define Y x\\\n", "Define Y \\\r\n x\r\n", "\r\nDefine Y x\r\n", "Define Y \"x\\\ny\"\n", "Define\\\n Y x\n", "Def\\\nine Y x\n", "Define Y x \\ \nDefine Z\n", "Define Y x\\\\\nDefine Z\n", "\\\nDefine Y\n", "  \\\n\\\n  Define Y\n", "Define Y\n\\\n", "Define Y \xff\xe4\n", "Define Y x\x00y\nDefine Z\n", "#\x00\\\nDefine Z\n", "\x00Define Y\n", "Define Y\x00\\\nDefine Z\n", "Define Y x\x0b\n", "\x0c\x0bDefine Y x\n", "Define Y a\x01b\n", "Define Y\tx\n", "Define Y\u00a0x\n",
	"<VirtualHost *:80>\nDefine Y\n</VirtualHost>\n", "<VirtualHost *:80>\nInclude a.conf\n</VirtualHost>\nInclude b.conf\n", "<Directory />\nDefine Y\n<Files x>\nInclude a.conf\n</Files>\n</Directory>\n", "<VirtualHost *:80>\nInclude gone\n</VirtualHost>\n",
}

// TestReadingAgrees holds that includes, conditions and variables do what they do in httpd, in its order and with its words.
func TestReadingAgrees(t *testing.T) {
	h := withMacros(t)
	h.folder, h.moves = "../main", true // no wildcard leads back to it
	h.prelude += "ServerRoot " + h.root + "\n"
	for _, name := range readingFiles {
		h.write(t, name, "Define L \"${L} "+strings.NewReplacer("*", "+", "[", "(").Replace(name)+"\"\n")
	}
	if err := os.MkdirAll(filepath.Join(h.root, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, src := range append(readingCases, "Include empty\n", "Include empty/*\n", "IncludeOptional empty/*\n", "Include \"empty/ *\"\n") {
		h.compareMacros(t, strings.ReplaceAll("Define L >\n"+src, "@", h.root))
	}
}
