#!/usr/bin/perl
# Calls Perl's IMAP libraries for a test: bridge.pl LIBRARY PORT CERTIFICATE USER PASSWORD
#
# A line of input is a JSON list, a method's name and its arguments; a line of
# output is {"result": …} or {"error": …}. Strings stay octets, nothing is decoded.

use strict;
use warnings;
use JSON::PP;
use Mail::IMAPClient;
use Mail::IMAPTalk;

my ( $library, $port, $certificate, $user, $password ) = @ARGV;

my %libraries = (
    IMAPClient => {
        connected => sub {
            return Mail::IMAPClient->new(
                Server   => 'localhost',
                Port     => $port,
                Ssl      => [ SSL_ca_file => $certificate ],
                Timeout  => 30,
                User     => $user,
                Password => $password,
            );
        },
        error => sub { return $_[0]->LastError },
    },
    IMAPTalk => {
        connected => sub {
            return Mail::IMAPTalk->new(
                Server      => 'localhost',
                Port        => $port,
                UseSSL      => 1,
                SSL_ca_file => $certificate,
                UseBlocking => 1,    # its manual asks for that with TLS
                Username    => $user,
                Password    => $password,
            );
        },
        error => sub { return $_[0]->get_last_error },
    },
);

# JSON makes characters of octets, which a TLS socket would encode once more.
sub octets {
    for my $argument (@_) {
        utf8::downgrade($_) for ref $argument ? values %$argument : $argument;
    }
    return @_;
}

my $row  = $libraries{$library};
my $imap = $row->{connected}->() or die "$library cannot log in: $@\n";
my $json = JSON::PP->new;
local $| = 1;
while ( my $line = <STDIN> ) {
    my ( $method, @arguments ) = octets( @{ $json->decode($line) } );
    my $result = eval { scalar $imap->$method(@arguments) };
    my $error  = defined $result ? undef : $@ || $row->{error}->($imap);
    print $json->encode( defined $error ? { error => "$error" } : { result => $result } ), "\n";
}
$imap->logout;    # or Mail::IMAPTalk looks for a last word, which never comes
