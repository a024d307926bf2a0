require ["variables","fileinto","imap4flags","body","date","index","editheader","mime","foreverypart","extracttext","replace","enclose","vacation","enotify","regex","relational","include","ihave","duplicate","environment","copy","envelope","subaddress","encoded-character","mailbox"];
foreverypart :name "o" { if header :mime :contenttype "Content-Type" "text/html" { extracttext :first 5 "a"; replace :mime text:
Content-Type: text/plain

x
.
; } foreverypart { break :name "o"; } } enclose :subject "s" :headers ["To"] "careful"; fileinto "${a}";
